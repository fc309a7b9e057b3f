"""Files beside the folders of rules that hold one list: escalations and states."""
