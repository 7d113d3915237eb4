"""Every sentence that a page shows, one module a page, so that another language can stand beside it."""
