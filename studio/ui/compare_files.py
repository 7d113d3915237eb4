"""What the page that compares trainings gives away as files, at addresses of their own: a link downloads, and nothing is kept on the server."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from studio.charts import compared_curves, svg
from studio.errors import NotFound, StudioError
from studio.training.comparison import Comparison, compare_runs, curve_csv, table_csv
from studio.ui.views.train import compare_link
from studio.ui.views.train_compare import FIRST_CURVE
from studio.workspace.layout import Workspace

_CSV, _SVG = "text/csv; charset=utf-8", "image/svg+xml"


class Comparisons:
    """`/compare.csv`, `/compare.svg` and `/compare.table.csv`, each with `?runs=A,B&curve=loss`; `/compare` leads to the page. Whoever may read may have them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Route("/compare", self.page),
            Route("/compare.csv", self.curves),
            Route("/compare.svg", self.drawing),
            Route("/compare.table.csv", self.table),
        ]

    def page(self, request: Request) -> Response:
        """Lead to the same comparison on the Train page."""
        ids = [run_id for run_id in request.query_params.get("runs", "").split(",") if run_id]
        return RedirectResponse(compare_link(ids, request.query_params.get("curve", "")))

    def curves(self, request: Request) -> Response:
        """The measured values, a column a run."""
        return self._file(request, "curves.csv", _CSV)

    def drawing(self, request: Request) -> Response:
        """The chart."""
        return self._file(request, "curves.svg", _SVG)

    def table(self, request: Request) -> Response:
        """What differs and what came out, a column a run."""
        return self._file(request, "table.csv", _CSV)

    def _file(self, request: Request, name: str, media_type: str) -> Response:
        curve = request.query_params.get("curve", FIRST_CURVE)
        try:
            comparison = compare_runs(self._workspace, request.query_params.get("runs", "").split(","))
            content = _content(name, comparison, curve)
        except StudioError as error:
            return PlainTextResponse(error.message, 404 if isinstance(error, NotFound) else 400)
        headers = {"Content-Disposition": f'attachment; filename="comparison-{name}"'}
        return Response(content, media_type=media_type, headers=headers)


def _content(name: str, comparison: Comparison, curve: str) -> str:
    if name == "table.csv":
        return table_csv(comparison)
    if name == "curves.csv":
        return curve_csv(comparison, curve)
    return svg(compared_curves(comparison.curves(curve), curve))
