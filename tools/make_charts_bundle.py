"""Write the chart library that `report.html` carries: Vega, Vega-Lite and Vega-Embed as one packed script.

The three come out of the wheel of vl-convert-python; nothing is fetched. Needs `pip install --group maintain`.

python tools/make_charts_bundle.py          # writes python/bayescore/report/page/assets/vega.js.gz
python tools/make_charts_bundle.py --check  # fails if the file is not what would be written
"""

from __future__ import annotations

import argparse
import gzip
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "python/bayescore/report/page/assets/vega.js.gz"
SNIPPET = "window.vegaEmbed = vegaEmbed;"


def packed() -> bytes:
    """The script, within a function so that its names stay its own, in the same bytes every time."""
    import vl_convert

    script = vl_convert.javascript_bundle(SNIPPET)
    return gzip.compress(f"(()=>{{{script}\n}})();\n".encode(), 9, mtime=0)


def main() -> None:
    """Write the file, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only")
    content = packed()
    if parser.parse_args().check:
        # Other builds of zlib pack the same script into other bytes.
        if gzip.decompress(OUT.read_bytes()) != gzip.decompress(content):
            sys.exit(f"{OUT}: not what tools/make_charts_bundle.py writes")
        return
    OUT.write_bytes(content)
    print(f"{OUT.name}: {len(content) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
