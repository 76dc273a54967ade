"""``report.html``, a section a function; what it shows comes from `gather`, and no figure is computed here."""
