"""The routes, one file per noun. `closeline.api.app.ROUTERS` lists them."""
