"""The screens: one ``name.py`` with its ``name.kv`` each. They ask services and show; they decide nothing themselves."""
