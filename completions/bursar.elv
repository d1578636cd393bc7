
set edit:completion:arg-completer[bursar] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) BURSAR_COMPLETE="elvish" bursar -- $@words) | to-lines
}

