-- name: linux-odd-modules
-- hunt: H29
-- technique: T1129
-- question: Which modules of Linux came from /tmp, /dev/shm, memory, a hidden folder or a deleted file?
-- why: No public rule set looks at a .so being loaded. A library that anybody could have put there, or
--   that is on no disk, is where implants live.
-- false positives: JNA, snappy and sqlite-jdbc of Java, PyInstaller's _MEI folders, sandboxes.
-- misses: A library that was put into /usr/lib.
-- next: who wrote it (drop-then-load), and the same inode under another name
-- needs: linux_loads
SELECT s.host, s.Image, coalesce(s.ImageLoaded, '?') AS ImageLoaded,
       group_concat(DISTINCT l.resolution) AS resolution, s.loads, s.SuspicionScore, s.factors,
       s.first_time, s.last_time
FROM sightings s CROSS JOIN loads l ON l.sighting = s.id
WHERE s.platform = 'linux' AND s.loads > 0
  AND (is_temp_path(s.ImageLoaded, 'linux') OR s.ImageLoaded REGEXP '/\.[^/]' OR l.resolution = 'memfd')
GROUP BY s.id
ORDER BY s.SuspicionScore DESC, s.last_time DESC, s.host, ImageLoaded, s.Image
