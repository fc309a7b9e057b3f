"""Whether what stands on a page is read in the order in which it was written.

A browser lays a line out after the Unicode bidirectional algorithm: Latin words in an Arabic line
run from left to right, so a list of them is read backwards unless each is isolated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Of each block the words that stand in it must lie from the start of a line to its end. What is
# isolated counts as one: its inside is of somebody else. So do Latin words in an Arabic line (and
# the other way round) with nothing but spaces between them: a name in its own direction.
_MISPLACED = r"""() => {
    const inline = (each) => ["inline", "contents"].includes(getComputedStyle(each).display);
    const isolates = (each) => each.tagName === "BDI" || each.hasAttribute("dir");
    const script = (letter) => /\p{Script=Arabic}/u.test(letter) ? "rtl" : "ltr";
    const phrase = /(?<=\p{L}) (?=\p{L})/u;
    function boxes(range) {
        return [...range.getClientRects()].filter((box) => box.width > 0);
    }
    // [text, boxes] of each word, name or isolate; null where another block stands between.
    function units(node, direction, found) {
        for (const each of node.childNodes) {
            if (each.nodeType === Node.TEXT_NODE) {
                let at = 0;
                for (const part of each.data.split(/(\s+)/)) {
                    const begin = at;
                    at += part.length;
                    if (!part.trim()) continue;
                    const range = document.createRange(), last = found.at(-1);
                    const letters = last && last[2] === each
                        && each.data.slice(last[3] - 1, begin + 1).replace(/\s+/, " ");
                    const runs = letters && phrase.test(letters)
                        && script(letters[0]) === script(letters.at(-1))
                        && script(letters[0]) !== direction;
                    const start = runs ? found.pop()[4] : begin;
                    range.setStart(each, start);
                    range.setEnd(each, at);
                    found.push([each.data.slice(start, at), boxes(range), each, at, start]);
                }
            } else if (each.nodeType === Node.ELEMENT_NODE) {
                const display = getComputedStyle(each).display;
                if (display === "none" || each.tagName === "BR") continue;
                if (isolates(each) || display.startsWith("inline-")) {
                    const range = document.createRange();
                    range.selectNode(each);
                    found.push([each.textContent, boxes(range)]);
                } else if (inline(each)) {
                    units(each, direction, found);
                } else {
                    found.push(null);
                }
            }
        }
        return found;
    }
    const wrong = [];
    for (const block of document.querySelectorAll("body, body *")) {
        if (block.closest("svg, pre, script, style, select, textarea, .unseen")) continue;
        if (inline(block) || isolates(block) && !block.dir) continue;
        const { display, direction } = getComputedStyle(block);
        if (display === "none" || /flex|grid/.test(display)) continue;
        let before = null;
        for (const unit of units(block, direction, [])) {
            if (unit === null || unit[1].length !== 1) { before = null; continue; }
            const [text, [box]] = unit, middle = box.left + box.width / 2;
            if (before && Math.abs(before.bottom - box.bottom) < box.height / 2
                    && (direction === "rtl") === (middle > before.middle)) {
                wrong.push(`${before.text} | ${text}`);
            }
            before = { text, middle, bottom: box.bottom };
        }
    }
    return wrong;
}"""
_POSITIONS = r"""(words) => words.map((word) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const at = node.data.indexOf(word);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        const box = range.getBoundingClientRect();
        return box.left + box.width / 2;
    }
    return null;
})"""


def misplaced(page: Page) -> list[str]:
    """Neighbours on a line that are shown in another order than they were written in."""
    found: list[str] = page.evaluate(_MISPLACED)
    return found


def as_read(page: Page, html: str, language: str, words: list[str]) -> list[str]:
    """The words in the order in which they are met on the line, which is to hold each once."""
    direction = "rtl" if language == "ar" else "ltr"
    page.set_content(f'<html lang="{language}" dir="{direction}"><p>{html}</p></html>')
    at: list[float] = page.evaluate(_POSITIONS, words)
    sign = -1 if direction == "rtl" else 1
    return [word for _, word in sorted((sign * x, word) for x, word in zip(at, words, strict=True))]
