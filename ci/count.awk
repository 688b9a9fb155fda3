# Adds up what the tests in a log counted: prints "PASSED FAILED". Knows ctest -V (a test program that counts
# nothing itself is one test), Check, `N passed, N failed`, and the closing line of mockflare-conform linker.
{
    test = 0
    line = $0
    if (match(line, /^[0-9]+: /)) { # ctest -V: "7: what test 7 printed"
        test = substr(line, 1, RLENGTH - 2)
        line = substr(line, RLENGTH + 1)
        ctest = 1
    } else if (ctest && line !~ /^ *[0-9]+\/[0-9]+ Test +#/) {
        next # a failure's output once more
    }
    if (match(line, /Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/)) {
        split(substr(line, RSTART, RLENGTH), n, /[^0-9]+/)
        add(test, n[2] - n[3] - n[4], n[3] + n[4])
    } else if (match(line, /(^|[ :])[0-9]+ passed, [0-9]+ failed/)) {
        split(substr(line, RSTART, RLENGTH), n, /[^0-9]+/)
        if (n[1] == "")
            add(test, n[2], n[3])
        else
            add(test, n[1], n[2])
    } else if (line ~ /^(core|strict)-[0-9]+, [0-9]+ (cases|worlds):/) {
        sub(/.*(cases|worlds):/, "", line)
        sub(/;.*/, "", line)
        fields = split(line, word, " ")
        for (i = 1; i < fields; i += 2)
            add(test, word[i + 1] ~ /^(pass|warn|waived)$/ ? word[i] : 0,
                word[i + 1] ~ /^(fail|error|stale|flaky)$/ ? word[i] : 0)
    } else if (match(line, /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: /)) { # ctest: "3/9 Test #7: name ...   Passed  0.1 sec"
        split(substr(line, RSTART, RLENGTH), n, /[^0-9]+/)
        number = n[1] == "" ? n[4] : n[3]
        if (line ~ / Passed /)
            add(0, number in counted ? 0 : 1, 0)
        else
            add(0, 0, failures[number] > 0 ? 0 : 1)
    }
}

function add(test, good, bad)
{
    passed += good
    failed += bad
    counted[test] = 1
    failures[test] += bad
}

END { print passed + 0, failed + 0 }
