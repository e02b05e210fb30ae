"""What can be asked on the command line: one module for each command, imported only when it is asked for."""
