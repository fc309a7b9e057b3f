"""What the site of `docs/` needs beside the pages there: the guides that stand next to what they
are about, and links that hold in the repository and on the site.

`mkdocs build` calls the two functions (`hooks` in `mkdocs.yml`).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

# Pages that do not stand in docs/: where they are, and what they are called on the site.
ELSEWHERE = {
    "rules/README.md": "rules.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
}
_SOURCES = {page: source for source, page in ELSEWHERE.items()}
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<target>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of `ELSEWHERE`."""
    root = Path(config.config_file_path).parent
    for source, page in ELSEWHERE.items():
        files.append(File.generated(config, page, abs_src_path=str(root / source)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn the links of the repository into links of the site; what the site does not have, such
    as a file of code, stays as its name."""
    here = page.file.src_uri
    in_repository = _SOURCES.get(here, f"docs/{here}")

    def of_the_site(match: re.Match[str]) -> str:
        text, target, anchor = match["text"], match["target"], match["anchor"] or ""
        if "://" in target or target.startswith("mailto:"):
            return match[0]
        meant = os.path.normpath(Path(in_repository).parent / target)
        on_site = ELSEWHERE.get(meant, meant.removeprefix("docs/"))
        if files.get_file_from_path(on_site) is None:
            # A page of docs/ that is not there is a mistake, which the strict build names.
            return match[0] if meant.startswith("docs/") else text
        return f"[{text}]({os.path.relpath(on_site, Path(here).parent)}{anchor})"

    return _LINK.sub(of_the_site, markdown)
