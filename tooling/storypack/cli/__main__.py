"""`python -m storypack.cli`, for when the script is not on the path."""

from storypack.cli import main

main(prog_name="storypack")
