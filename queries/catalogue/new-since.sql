-- name: new-since
-- hunt: H26
-- technique: T1129
-- question: Which files, not Microsoft's, were first seen after a moment?
-- why: What changed since a day that is known to be good. Without since, the last hours of the case.
-- false positives: A patch day, new software.
-- misses: What was there before the case begins.
-- next: drop-then-load
-- needs: loads
-- arg: since = : first seen after it, as 2026-03-04T08:00:00Z
-- arg: hours = 24: without since: in the last so many hours of the case
WITH moment(t) AS (
    SELECT coalesce(nullif(:since, ''),
                    (SELECT moment_text(max(last_time) - :hours * 3600000000) FROM sighting))
)
SELECT v.first_time, v.ImageLoaded, v.sha256, v.Signed, v.Signature, v.hosts, v.images, v.loads,
       v.SuspicionScore
FROM prevalence v, moment
WHERE v.first_time > moment.t
  AND NOT (v.Signed IS 'true' AND coalesce(v.Signature, '') LIKE 'Microsoft %')
  AND NOT v.ImageLoaded REGEXP '(?i)^[a-z]:\\windows\\assembly\\nativeimages_v'
ORDER BY v.first_time, v.ImageLoaded
