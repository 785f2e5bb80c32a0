"""Why the launcher does not start, each in one clear sentence."""


class Refused(SystemExit):
    """A sentence for the terminal and exit status 1."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"burden: {sentence}")


class AlreadyRunning(Refused):
    """Another launcher holds this state folder."""

    def __init__(self, url: str) -> None:
        super().__init__(f"已经在运行：{url}" if url else "已经在启动")
        self.url = url
