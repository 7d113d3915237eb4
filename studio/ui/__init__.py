"""The pages. The only package that knows Gradio; a page calls a feature's functions with plain values and shows what comes back."""
