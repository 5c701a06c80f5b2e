# Prints `target  description` for each `target: … ## description`, in the order of the Makefile, and fails when a target of
# .PHONY has no description.

/^\.PHONY:/ {
    for (field = 2; field <= NF; field++) wanted[$field] = 1
}

/^[a-z][a-z-]*:.*## / {
    name = $1
    sub(/:.*/, "", name)
    text = $0
    sub(/.*## /, "", text)
    printf "  make %-12s %s\n", name, text
    delete wanted[name]
}

END {
    for (name in wanted) {
        print "error: target `" name "` has no description in the Makefile" > "/dev/stderr"
        missing = 1
    }
    exit missing
}
