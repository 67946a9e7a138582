"""The handheld's brain, without Kivy and without a network: what a shift, a load and a stop are. See ``README.md``."""
