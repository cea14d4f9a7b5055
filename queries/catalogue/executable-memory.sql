-- name: executable-memory
-- hunt: H38
-- technique: T1620
-- question: Which processes of Linux made anonymous memory, or memory that was mapped before, executable?
-- why: Code that comes from no file shows in no load: a reflective loader asks for executable anonymous
--   memory, or writes its code and has it made executable by mprotect. loads says what else it mapped.
-- false positives: Everything with a just-in-time compiler: Java, node, browsers, PCRE, .NET; libffi.
-- misses: A rule set without mmap or mprotect; what a process did after its first time (it is told once).
-- next: the process's command line and parent, then linux-odd-modules (memfd)
-- needs: executable_memory
SELECT min(c.time) AS time, c.host, c.Image, coalesce(r.CommandLine, '') AS CommandLine, r.ProcessId,
       group_concat(c.Detail, '; ') AS how,
       (SELECT count(*) FROM load l WHERE l.process = c.process AND l.flags & 1 = 0) AS loads, c.User,
       min(c.ref) AS ref
FROM contexts c LEFT JOIN process r ON r.id = c.process
WHERE c.event = 1000 AND c.recovered = 0
GROUP BY coalesce(c.process, -c.id)
ORDER BY loads, time DESC, c.host, c.Image, r.ProcessId
