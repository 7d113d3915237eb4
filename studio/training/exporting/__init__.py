"""A tuned model goes out, as a folder that other programs serve, and comes back in.

`export_job` is the job; the folder's forms are in `forms`, what is known about the model in `provenance`, its card in `card`. What leaves
here is safetensors, and what comes back in must be.
"""
