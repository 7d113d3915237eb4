"""Charts: pure functions from plain data to Altair charts, and from a chart to SVG. They read no file and no network.

Importing the package is cheap: altair and vl-convert are loaded by the first chart.
"""

from studio.charts.accuracy import accuracy_by_industry, headline_accuracy
from studio.charts.curves import downsample, training_curve
from studio.charts.lengths import LengthBar, length_histogram
from studio.charts.overlay import compared_curves
from studio.charts.render import svg
from studio.charts.style import BASE, OUTCOMES, TUNED, model_labels

__all__ = [
    "BASE",
    "OUTCOMES",
    "TUNED",
    "LengthBar",
    "accuracy_by_industry",
    "compared_curves",
    "downsample",
    "headline_accuracy",
    "length_histogram",
    "model_labels",
    "svg",
    "training_curve",
]
