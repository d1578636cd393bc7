complete --keep-order --exclusive --command bursar --arguments "(BURSAR_COMPLETE=fish bursar -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
