"""What can go wrong between us and an instance, each with a sentence for the person in front of the terminal."""

from __future__ import annotations

from storypack.splunkd.secret import struck


class DeployError(Exception):
    """Something that ends a deployment. `cure` says what to do about it. No secret is left in the message."""

    def __init__(self, message: str, cure: str = "") -> None:
        message = struck(message)
        super().__init__(message + (f" ({cure})" if cure else ""))
        self.message = message
        self.cure = cure


class Refused(DeployError):
    """The instance answered a request with an error that asking again would not change.

    Of a write that is no proof that nothing was done: whoever sent it must look (`write.py` does).
    """

    def __init__(self, status: int, message: str, cure: str = "") -> None:
        super().__init__(message, cure)
        self.status = status


class Unreachable(DeployError):
    """No answer, or none that can be used, after every retry. `status` is that of the last one, 0 for none."""

    def __init__(self, message: str, cure: str = "", status: int = 0) -> None:
        super().__init__(message, cure)
        self.status = status


class Uncertain(DeployError):
    """A write got no answer, or a 5xx: it may have taken effect or not. Whoever sent it must look before sending it
    again.

    `wait` is the number of seconds to let pass first; `saving` says that the instance itself failed (5xx), which can
    leave its disk and its memory apart.
    """

    def __init__(self, message: str, wait: float = 0.0, *, saving: bool = False) -> None:
        super().__init__(message)
        self.wait = wait
        self.saving = saving


class NotWritten(DeployError):
    """A write failed, and a look at the object showed it as it was before."""

    def __init__(self, message: str, status: int = 0, cure: str = "") -> None:
        super().__init__(message, cure)
        self.status = status
