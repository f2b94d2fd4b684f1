"""The projects are run by their tests, each as a project of its own."""

collect_ignore = ["projects"]
