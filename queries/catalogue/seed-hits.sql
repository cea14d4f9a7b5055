-- name: seed-hits
-- hunt: H01
-- technique: T1129
-- question: What does the detection itself return?
-- why: The promise of the detection, load by load: SuspicionScore of at least 1 outside the
--   known-good folders, the worst and then the newest first.
-- false positives: .NET native images (unsigned by design), installers that stage in Temp, EDR agents.
-- misses: Everything below a known-good folder (unsigned-in-system), and hosts that log no loads (blind-hosts).
-- next: hit-files, then the hash of a row on every host
-- needs: loads
SELECT SuspicionScore, factors, time, host, User, Image, CommandLine, ImageLoaded, Signed,
       SignatureStatus, Hashes, ref
FROM loads
WHERE hit = 1 AND allowed_by IS NULL AND recovered = 0 AND ImageLoaded IS NOT NULL
ORDER BY SuspicionScore DESC, time DESC, host, ImageLoaded
