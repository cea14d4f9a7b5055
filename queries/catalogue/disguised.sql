-- name: disguised
-- hunt: H18
-- technique: T1036
-- question: Which modules hide behind an odd ending, a stream, or a folder that only looks like Windows?
-- why: A lie about what a file is costs its author nothing and is cheap to test: photo.jpeg as a module,
--   a file's second stream, "C:\Windows \System32" with a space.
-- false positives: .node and .pyd of scripting languages are known; installers' .tmp are not.
-- misses: A plain name in a plain folder.
-- next: the file's first bytes, then who wrote it
-- needs: windows_loads
SELECT host, Image, ImageLoaded,
       CASE WHEN ImageLoaded REGEXP '^([^:]*:)?[^:]*:[^\\]+$' AND ImageLoaded REGEXP ':[^\\]+$' THEN 'stream'
            WHEN ImageLoaded REGEXP '[ ]\\' THEN 'folder that ends in a space'
            WHEN ImageLoaded REGEXP '(?i)\.(jpe?g|png|gif|bmp|pdf|docx?|xlsx?|txt|zip|mp3|mp4)\.[a-z]{3}$' THEN 'two endings'
            ELSE 'odd ending' END AS lie,
       Signed, Signature, sha256, loads, SuspicionScore, last_time
FROM sightings
WHERE platform = 'windows' AND loads > 0 AND ImageLoaded IS NOT NULL
  AND NOT (Signed IS 'true' AND coalesce(SignatureStatus, 'Valid') = 'Valid'
           AND coalesce(Signature, '') LIKE 'Microsoft %')
  AND (ImageLoaded REGEXP '^[a-zA-Z]:[^:]*:[^\\]+$'
       OR ImageLoaded REGEXP '[ ]\\'
       OR ImageLoaded REGEXP '(?i)\.(jpe?g|png|gif|bmp|pdf|docx?|xlsx?|txt|zip|mp3|mp4)\.[a-z]{3}$'
       OR NOT ImageLoaded REGEXP '(?i)\.(dll|exe|sys|ocx|cpl|ax|acm|drv|tsp|ime|mui|pyd|node|xll|wll|rll|scr|com|vst|vst3|api|mun|winmd|olb|tlb|msstyles|fon|nls|efi|icl|flt|dic|lrc|ttf|bpl)$')
ORDER BY lie, last_time DESC, host, ImageLoaded, Image
