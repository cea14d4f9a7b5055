-- name: library-one-liners
-- hunt: H31
-- technique: T1129
-- question: Which command lines of Linux and macOS load a library by hand?
-- why: A shell, openssl, ssh-keygen or an interpreter loads any library that it is told to: one line is
--   enough. loaded says what that image loaded from outside the system's folders.
-- false positives: Build systems, tests, developers.
-- misses: Scripts in files, and what is typed into an interpreter.
-- next: the load itself (linux-odd-modules)
-- needs: command_lines
SELECT r.start_time AS time, r.host, r.Image, r.CommandLine, r.User, r.ParentImage,
       (SELECT group_concat(DISTINCT m.ImageLoaded) FROM process q
          JOIN load l ON l.process = q.id JOIN sighting s ON s.id = l.sighting
          JOIN pair p ON p.id = s.pair JOIN module m ON m.id = p.module
        WHERE q.id = r.id AND NOT is_known_good_dir(m.ImageLoaded, r.platform)) AS loaded, r.ref
FROM processes r
WHERE r.platform IN ('linux', 'macos')
  AND r.CommandLine REGEXP '(\benable\s+-f\b|\bopenssl\s.*\bengine\b|\bFiddle\.dlopen\b|\b(cdll|CDLL)\b.*\.?(LoadLibrary|/)|\bctypes\.|\bprocess\.dlopen\b|\bDynaLoader\b|\bssh-keygen\s.*-D|\bcurl\s.*--engine|\b(LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES)=|\bld-(linux|musl)\S*\s.*--preload|\bsqlite3\s.*\.load\b|\bgdb\s.*\bdlopen\b)'
ORDER BY time DESC, r.host, r.CommandLine
