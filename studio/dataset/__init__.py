"""From a team's files to a dataset, what is right and wrong with it, and what is made of it.

`reading` turns a file into rows, `importing` makes a dataset of them, `checks` says whether it is sound, with `similarity` for what texts say and
`tokens` for what the model sees. `deriving` makes new datasets of old ones, `publishing` takes them out again. `identity` and `distillation` write
rows of their own. The import as a job stands above them: `import_job` under the name that is on disk with every run, `import_spec` what it is asked,
`import_requests` who asks.
"""
