-- name: signature-trouble
-- hunt: H21
-- technique: T1553.002
-- question: Which signatures are bad, and which signers are on hardly any host?
-- why: A stolen or throw-away certificate passes every test for "unsigned". It is revoked later, or its
--   owner is a company that nobody else here has software of.
-- false positives: Certificates that ran out after a countersigned date; small vendors.
-- misses: A widespread signer that was misused.
-- next: all files of the signer (modhunt stack module signer:...)
-- needs: windows_loads, signatures
-- arg: hosts = 1: a signer on at most so many hosts is rare
-- arg: of = 5: rare signers only where at least so many hosts log loads
WITH signed AS (
    SELECT coalesce(Signature, '') AS Signature, coalesce(SignatureStatus, '') AS SignatureStatus,
           Signed, host, ImageLoaded, sha256, loads, last_time
    FROM sightings
    WHERE platform = 'windows' AND loads > 0 AND ImageLoaded IS NOT NULL AND Signed IS NOT NULL
)
SELECT CASE WHEN Signed = 'failed' OR SignatureStatus NOT IN ('Valid', 'Unavailable', '', '-', '?')
            THEN 'bad signature' ELSE 'rare signer' END AS trouble,
       Signature, SignatureStatus, count(DISTINCT host) AS hosts,
       count(DISTINCT coalesce(sha256, lower(ImageLoaded))) AS files, sum(loads) AS loads,
       min(host) AS host, min(ImageLoaded) AS ImageLoaded, max(last_time) AS last_time
FROM signed
WHERE Signed <> 'false'
GROUP BY trouble, Signature, SignatureStatus
HAVING trouble = 'bad signature'
    OR (count(DISTINCT host) <= :hosts AND Signature NOT IN ('', '-', '?')
        AND (SELECT count(DISTINCT host) FROM signed) >= :of)
ORDER BY trouble, hosts, files, Signature, SignatureStatus
