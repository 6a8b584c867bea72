using System.Runtime.InteropServices;
using System.Text;

namespace Nagumo.Cli;

/// <summary>Standard output and standard error of the process: results that cannot be written are an error, diagnostics that cannot be are dropped.</summary>
internal static partial class StandardStreams
{
    private const int Output = 1,
        Error = 2;

    /// <summary>Puts both in the place of .NET's own, which ends the process at the first line that standard error does not take, and
    /// passes over a pipe that nobody reads.</summary>
    public static void Prepare()
    {
        if (!OperatingSystem.IsWindows())
            Console.SetOut(new StreamWriter(new Results(IsInherited(Output)), Plain(Console.OutputEncoding)) { AutoFlush = true });
        Console.SetError(!OperatingSystem.IsWindows() && !IsInherited(Error) ? TextWriter.Null : new Diagnostics(Console.Error));
    }

    /// <summary>Whether a descriptor was open when the program began. The runtime takes the number of a closed one for pipes of its own,
    /// which are not for children and say so.</summary>
    private static bool IsInherited(int descriptor)
    {
        const int getFlags = 1,
            closedForChildren = 1;
        int flags = Flags(descriptor, getFlags);
        return flags >= 0 && (flags & closedForChildren) == 0;
    }

    /// <summary>Without the mark that would precede the text.</summary>
    private static Encoding Plain(Encoding encoding) => encoding is UTF8Encoding ? new UTF8Encoding(false) : encoding;

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Flags(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ref byte bytes, nint count);

    /// <summary>Standard output by the system's own call: what it does not take is an error, and a pipe that nobody reads any more ends the command.</summary>
    private sealed class Results(bool open) : Stream
    {
        private const int Interrupted = 4,
            NoReader = 32;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (!open)
                throw new ResultsException("it is closed");
            while (buffer.Length > 0)
            {
                nint written = StandardStreams.Write(Output, ref MemoryMarshal.GetReference(buffer), buffer.Length);
                if (written >= 0)
                    buffer = buffer[(int)written..];
                else if (Marshal.GetLastPInvokeError() is var error && (error == Again))
                    Thread.Sleep(1);
                else if (error == NoReader)
                    throw new ReaderLeftException();
                else if (error != Interrupted)
                    throw new ResultsException(Marshal.GetPInvokeErrorMessage(error));
            }
        }

        /// <summary>EAGAIN: a pipe that does not wait is full.</summary>
        private static int Again => OperatingSystem.IsMacOS() ? 35 : 11;

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override bool CanWrite => true;
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }

    /// <summary>Standard error: a full disk, a closed terminal or pipe must not end a run.</summary>
    private sealed class Diagnostics(TextWriter inner) : TextWriter
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => Write([value]);

        public override void Write(string? value) => Write(value.AsSpan());

        public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

        public override void Write(ReadOnlySpan<char> buffer)
        {
            try
            {
                inner.Write(buffer);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                // Nowhere is left to say so.
            }
        }

        // One piece, so that lines of several processes do not mix.
        public override void WriteLine(string? value) => Write(value + NewLine);

        public override void WriteLine(ReadOnlySpan<char> buffer) => Write(string.Concat(buffer, NewLine));
    }
}

/// <summary>Standard output is a pipe whose reader has seen enough, as <c>head</c> has after its lines: no failure, and nothing to say.</summary>
internal sealed class ReaderLeftException() : IOException("nobody reads the results any more.");

/// <summary>Results that standard output did not take.</summary>
internal sealed class ResultsException(string reason) : IOException($"the results cannot be written to standard output: {reason}.");
