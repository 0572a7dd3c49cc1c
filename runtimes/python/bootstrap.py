"""Entry of the Python runtimes (3.8 to 3.15). The code is in a package, whose compiled form Python can keep."""

from hearth_runtime.main import main

main()
