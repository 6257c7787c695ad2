"""The console: pages of incidents in a browser, kept up to date while a stream goes on."""
