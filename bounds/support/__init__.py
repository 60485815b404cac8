"""Common tools of the whole project: terminal and exit statuses, files, validation of numbers."""
