"""The drawing library, through one door: where it is missing, the answer is the command that installs it.

Whoever draws takes its names from here, so that no other import can fail first.
"""

from vipsim._extras import require

require("plot", "matplotlib")

import matplotlib  # noqa: E402
from matplotlib.artist import Artist  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.font_manager import FontProperties  # noqa: E402
from matplotlib.lines import Line2D  # noqa: E402
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch  # noqa: E402
from matplotlib.textpath import TextPath  # noqa: E402
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter  # noqa: E402

__all__ = [
    "Artist",
    "Axes",
    "FancyArrowPatch",
    "FancyBboxPatch",
    "Figure",
    "FigureCanvasAgg",
    "FontProperties",
    "FuncFormatter",
    "Line2D",
    "LogLocator",
    "NullFormatter",
    "Patch",
    "TextPath",
    "matplotlib",
]
