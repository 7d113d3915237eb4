"""Long work in processes of its own: the queue, the launcher, the worker, and how a job reports. Jobs know no feature."""
