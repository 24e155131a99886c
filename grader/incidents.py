"""What was noticed about a submission, in words for whoever reads its mark.  An incident changes no point."""

WORDS = {  # what `grader.sandbox.watch` notices
    "frames": "It looked into Python's frames, code or objects that are not its own.",
    "limits": "It tried to change its limits.",
    "native": "It called native code through ctypes.",
    "network": "It tried to use the network.",
    "ours": "It tried to import the grader, the exercises or the solutions.",
    "patched": "It replaced functions of Python or PyTorch.",
    "process": "It tried to start another process.",
    "signal": "It tried to send a signal to a process.",
    "tracing": "It installed a tracer.",
    "writing": "It tried to write outside its own folder.",
}
