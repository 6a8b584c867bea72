namespace Nagumo.Data;

/// <summary>How far an acquisition is, or a remark about it.</summary>
/// <param name="File">The file in question; empty when the remark is about the whole set.</param>
/// <param name="BytesDone">Bytes received so far, as sent (compressed where the source compresses).</param>
/// <param name="BytesTotal">Bytes to come in all, or null when the source does not say.</param>
/// <param name="Source">Where they come from.</param>
/// <param name="Note">A remark for people ("… failed: …", "damaged file moved aside"), or null for plain progress.</param>
public sealed record DataProgress(string File, long BytesDone, long? BytesTotal, string Source, string? Note = null);

/// <summary>A data set could not be had. The one-line message says what was tried, why each source failed, and what to do.</summary>
public sealed class DataAcquisitionException(string message, Exception? inner = null) : Exception(message, inner);
