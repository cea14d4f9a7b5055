-- name: macos-user-dylib
-- hunt: H33
-- technique: T1129
-- question: Which libraries of macOS came from /tmp, a download, a hidden folder, or have no library's ending?
-- why: Endpoint Security says nothing of the signature of what is mapped; where it lies is what there is
--   to go by. Loaders in Python that fetch a .dylib are a known way in.
-- false positives: Virtual environments, Homebrew below a user's folder, developers.
-- misses: A library inside of a signed app's bundle.
-- next: library-one-liners, then what was deleted soon after (load-then-delete)
-- needs: macos_loads
SELECT host, Image, ImageLoaded, loads, SuspicionScore, factors, first_time, last_time
FROM sightings
WHERE platform = 'macos' AND loads > 0 AND ImageLoaded IS NOT NULL
  AND (is_temp_path(ImageLoaded, 'macos') OR ImageLoaded REGEXP '/\.[^/]'
       OR (ImageLoaded LIKE '/Users/%' AND NOT ImageLoaded REGEXP '\.(dylib|so|bundle|node)$'))
ORDER BY SuspicionScore DESC, last_time DESC, host, ImageLoaded, Image
