"""How each kind of chart is drawn: what a visualization has besides its aggregations."""

LEGEND = {"addTooltip": True, "addLegend": True, "legendPosition": "right"}


def axis(ident, kind, position, **more):
    return {"id": ident, "type": kind, "position": position, "show": True, "style": {},
            "labels": {"show": True, "truncate": 100}, "title": {}, "scale": {"type": "linear"}, **more}


def drawn(kind, mode, label, scale="normal", across="bottom", up="left"):
    """A chart with two axes, whose series are drawn as `kind`."""
    series = {"show": True, "type": kind, "mode": mode, "data": {"label": label, "id": "1"}, "valueAxis": "ValueAxis-1",
              "drawLinesBetweenPoints": True, "showCircles": True, "interpolate": "linear"}
    labels = {"show": True, "rotate": 0, "filter": True, "truncate": 100}
    value = axis("ValueAxis-1", "value", up, name="LeftAxis-1", labels=labels, title={"text": label},
                 scale={"type": "linear", "mode": scale})
    return {**LEGEND, "grid": {"categoryLines": False}, "categoryAxes": [axis("CategoryAxis-1", "category", across)],
            "valueAxes": [value], "seriesParams": [series], "times": [], "addTimeMarker": False}


METRIC = {
    "addTooltip": True, "addLegend": False, "type": "metric",
    "metric": {"percentageMode": False, "useRanges": False, "colorSchema": "Green to Red", "metricColorMode": "None",
               "colorsRange": [{"from": 0, "to": 10000}], "labels": {"show": True}, "invertColors": False,
               "style": {"bgFill": "#000", "bgColor": False, "labelColor": False, "subText": "", "fontSize": 36}},
}
PIE = {**LEGEND, "type": "pie", "isDonut": True,
       "labels": {"show": True, "values": True, "last_level": True, "truncate": 100}}
TABLE = {"perPage": 10, "showPartialRows": False, "showMetricsAtAllLevels": False, "showTotal": False,
         "totalFunc": "sum", "percentageCol": "", "sort": {"columnIndex": None, "direction": None}}

# Kind of panel → type of visualization, its parameters, and the roles of its buckets from the outermost on.
CHARTS = {
    "metric": ("metric", lambda label: METRIC, []),
    "pie": ("pie", lambda label: PIE, ["segment"]),
    "table": ("table", lambda label: TABLE, ["bucket", "bucket"]),
    "histogram": ("histogram", lambda label: {"type": "histogram", **drawn("histogram", "stacked", label)},
                  ["segment", "group"]),
    "share": ("area", lambda label: {"type": "area", **drawn("area", "stacked", "share of " + label, "percentage")},
              ["segment", "group"]),
    "area": ("area", lambda label: {"type": "area", **drawn("area", "stacked", label)}, ["segment"]),
    "line": ("line", lambda label: {"type": "line", **drawn("line", "normal", label)}, ["segment"]),
    "horizontal_bar": ("horizontal_bar", lambda label: {
        "type": "histogram", **drawn("histogram", "normal", label, across="left", up="bottom")}, ["segment"]),
}
