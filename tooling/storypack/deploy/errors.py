"""What can go wrong between us and an instance, each with a sentence for the person in front of the terminal."""

from __future__ import annotations


class DeployError(Exception):
    """Something that ends a deployment. `cure` says what to do about it."""

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message + (f" ({cure})" if cure else ""))
        self.message = message
        self.cure = cure


class Refused(DeployError):
    """The instance answered with an error. It did nothing; asking again would not change its mind."""

    def __init__(self, status: int, message: str, cure: str = "") -> None:
        super().__init__(message, cure)
        self.status = status


class Unreachable(DeployError):
    """No answer, or none that can be used, after every retry."""


class Uncertain(DeployError):
    """A write got no answer: it may have taken effect or not. Whoever sent it must look before sending it again.

    `wait` is the number of seconds to let pass first.
    """

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait
