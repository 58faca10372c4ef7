"""Drivers of the compiler: settings, the pipeline, artifacts, and solc's standard JSON.

Everything a tool sees is made here from what the phases know; no phase knows a format.
"""
