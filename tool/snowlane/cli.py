"""The root command group."""


def main() -> None:
    """Run the command line."""
