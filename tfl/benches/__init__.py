"""What the benches beside the lessons compute, live, in a process of its own (`tfl.service`).

Each function takes a request (plain data) and returns plain data; it says nothing of how it is drawn.
"""

ANSWERS = {  # question → "module:function"
    "positions": "tfl.benches.positions:positions",
    "order": "tfl.benches.positions:order",
    "tokens": "tfl.benches.words:tokens",
    "padding": "tfl.benches.words:padding",
    "layers": "tfl.benches.layers:layers",
    "speed": "tfl.benches.layers:speed",
    "judge": "tfl.benches.judging:judge",
}
TABLE = "tfl.benches:ANSWERS"
