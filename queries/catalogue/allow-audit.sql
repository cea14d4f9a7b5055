-- name: allow-audit
-- hunt: H35
-- technique: T1129
-- question: What do the allowlist's entries hide, worst first?
-- why: Keeps the tuning honest: an entry that hides a score of 3, or something new, is one to look at.
-- false positives: None: it is a question about your own entries.
-- misses: What an entry hid before it was taken back.
-- next: the entry in the console (the allowlist view)
-- needs: allowlist
SELECT a.id AS entry, a.kind, a.value, a.enabled, count(s.id) AS sightings,
       count(DISTINCT s.host) AS hosts, coalesce(sum(s.loads), 0) AS loads,
       max(s.SuspicionScore) AS SuspicionScore, moment_text(min(s.first_time)) AS first_time,
       moment_text(max(s.last_time)) AS last_time, a.reason, a.author
FROM allow a LEFT JOIN sighting s ON s.allowed_by = a.id
GROUP BY a.id
ORDER BY SuspicionScore DESC, sightings DESC, entry
