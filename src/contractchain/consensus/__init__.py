"""Engines that decide when a block is built and which block is the head."""
