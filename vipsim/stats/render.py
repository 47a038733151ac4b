"""A table as plain text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from vipsim.stats.cells import Cell, Column, cell_text, column_texts


def table_text(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> str:
    """Aligned lines: text to the left, numbers to the right, two spaces between columns."""
    blocks = [_aligned_block(column, [row[i] for row in rows]) for i, column in enumerate(columns)]
    return "\n".join("  ".join(cells).rstrip() for cells in zip(*blocks, strict=True))


def _aligned_block(column: Column, cells: Sequence[Cell]) -> list[str]:
    """Heading and cells of one column, padded to one width."""
    texts = [cell_text(column.label), *column_texts(cells, column)]
    width = max(len(text) for text in texts)
    return [text.ljust(width) if is_text(cells) else text.rjust(width) for text in texts]


def is_text(cells: Sequence[Cell]) -> bool:
    """Whether a column reads as words (to the left) and not as numbers (to the right)."""
    return all(isinstance(cell, str) for cell in cells if cell is not None) and any(cells)


def table_html(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> str:
    """Return an HTML table, everything escaped."""
    blocks = [[row[i] for row in rows] for i in range(len(columns))]
    sides = ["left" if is_text(cells) else "right" for cells in blocks]
    texts = [column_texts(cells, column) for cells, column in zip(blocks, columns, strict=True)]
    head = _html_row("th", [cell_text(column.label) for column in columns], sides)
    body = "\n".join(_html_row("td", line, sides) for line in zip(*texts, strict=True))
    return f"<table>\n<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _html_row(tag: str, texts: Sequence[str], sides: Sequence[str]) -> str:
    pairs = zip(texts, sides, strict=True)
    cells = (f'<{tag} style="text-align: {side}">{escape(text)}</{tag}>' for text, side in pairs)
    return f"<tr>{''.join(cells)}</tr>"
