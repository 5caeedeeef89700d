"""`python -m storypack`, for when the script is not on the path."""

from storypack.cli import main

main(prog_name="storypack")
