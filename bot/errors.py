"""The one error that ends a command on purpose."""


class CannotGoOn(Exception):
    """Something that a user can mend: the message says what and how.

    `exit_code` is 1 (something is wrong) or 3 (another instance, or the token is refused).
    """

    def __init__(self, message: str, exit_code: int = 1) -> None:
        self.exit_code = exit_code
        super().__init__(message)
