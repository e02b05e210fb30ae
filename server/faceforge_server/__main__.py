"""`python -m faceforge_server` is the `faceforge` command, where scripts are not on the search path."""

from faceforge_server.cli import main

main()
