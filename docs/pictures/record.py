#!/usr/bin/env python3
"""Records a command as people see it in a terminal, and draws it as an animated SVG picture.

    docs/pictures/record.py OUT.svg [--slower N] [--shown TEXT] -- COMMAND...

The lines appear as they came, N times slower; the colours are the command's own. The picture stands still where motion is not wanted.
"""

import argparse
import os
import pty
import re
import subprocess
import time
from html import escape

COLUMNS, CHARACTER, LINE, MARGIN, BAR = 120, 7.8, 18, 14, 26
COLOURS = {"31": "#ff6b6b", "32": "#7ee787", "33": "#e3b341", "36": "#79c0ff", "90": "#8b949e"}
STYLE = """
text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 13px; fill: #e6edf3; white-space: pre; }
.b { font-weight: bold; }
@media (prefers-reduced-motion: no-preference) { .l { opacity: 0; animation: come 0.05s linear forwards; } }
@keyframes come { to { opacity: 1; } }
"""


def record(command):
    """The command's lines, each with the second when it was whole; its standard output is a terminal, and nothing else."""
    master, slave = pty.openpty()
    begun = time.monotonic()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.DEVNULL)
    os.close(slave)
    lines, rest = [], b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # the terminal has no other end any more
            break
        if not chunk:
            break
        *whole, rest = (rest + chunk).split(b"\n")
        lines += [(time.monotonic() - begun, line.decode(errors="replace").rstrip("\r")) for line in whole]
    os.close(master)
    if child.wait() != 0:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return lines


def spans(line):
    """The line's pieces of one colour each, as SVG has them."""
    out, classes, fill, width = [], "", "", 0
    for at, piece in enumerate(re.split(r"\x1b\[([0-9;]*)m", line)):
        if at % 2:
            for code in piece.split(";"):
                if code in ("", "0"):
                    classes, fill = "", ""
                elif code == "1":
                    classes = ' class="b"'
                elif code in COLOURS:
                    fill = f' fill="{COLOURS[code]}"'
            continue
        piece = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", piece)[: COLUMNS - width]
        width += len(piece)
        if piece:
            text = escape(piece, quote=False)
            out.append(f"<tspan{classes}{fill}>{text}</tspan>" if classes or fill else text)
    return "".join(out)


def draw(lines, slower):
    width, height = COLUMNS * CHARACTER + 2 * MARGIN, BAR + len(lines) * LINE + 2 * MARGIN
    rows = []
    for at, (second, line) in enumerate(lines):
        y = BAR + MARGIN + (at + 1) * LINE - 5
        rows.append(f'<text class="l" style="animation-delay:{second * slower:.2f}s" x="{MARGIN}" y="{y}">{spans(line)}</text>')
    dots = "".join(f'<circle cx="{16 + 16 * n}" cy="14" r="5" fill="{fill}"/>' for n, fill in enumerate(("#ff5f57", "#febc2e", "#28c840")))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" role="img">\n'
        f"<style>{STYLE}</style>\n"
        f'<rect width="100%" height="100%" rx="8" fill="#0d1117"/>\n{dots}\n' + "\n".join(rows) + "\n</svg>\n"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--slower", type=float, default=5.0)
    parser.add_argument("--shown", help="the command line that the picture begins with")
    parser.add_argument("command", nargs="+")
    given = parser.parse_args()
    lines = record(given.command)
    shown = given.shown or " ".join(given.command)
    with open(given.out, "w") as out:
        out.write(draw([(0.0, f"\x1b[1m$ {shown}\x1b[0m"), *lines], given.slower))


if __name__ == "__main__":
    main()
