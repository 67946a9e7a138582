"""What python-for-android starts: the app, with nothing on its command line."""

from driver_app.main import main

raise SystemExit(main([]))
