using System.Diagnostics;
using System.Globalization;

namespace Nagumo.Cli;

/// <summary>What the process has used so far.</summary>
internal static class Accounting
{
    /// <summary>Processor time of all threads since the process started, the runtime's own included.</summary>
    public static double CpuSeconds => Environment.CpuUsage.TotalTime.TotalSeconds;

    /// <summary>The start of a share of the process; the first share begins with the process itself.</summary>
    public readonly struct Mark(double cpu)
    {
        private readonly long _wall = Stopwatch.GetTimestamp();

        /// <summary>Now.</summary>
        public static Mark Now => new(Accounting.CpuSeconds);

        /// <summary>Processor seconds since.</summary>
        public double CpuSeconds => Accounting.CpuSeconds - cpu;

        /// <summary>Seconds since.</summary>
        public double WallSeconds => Stopwatch.GetElapsedTime(_wall).TotalSeconds;
    }

    /// <summary>Largest resident memory so far.</summary>
    public static double PeakRssMib
    {
        get
        {
            const string status = "/proc/self/status";
            string? line = File.Exists(status)
                ? File.ReadLines(status).FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))
                : null;
            if (line is not null)
                return double.Parse(line["VmHWM:".Length..].Replace("kB", "").Trim(), CultureInfo.InvariantCulture) / 1024;
            using var self = Process.GetCurrentProcess();
            return self.PeakWorkingSet64 / 1048576.0;
        }
    }
}
