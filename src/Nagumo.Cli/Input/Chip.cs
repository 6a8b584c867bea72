using System.Globalization;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>The chip of an experiment in words: "chip 1: mismatch 0.1, bits 6".</summary>
internal static class Chip
{
    /// <summary>What is not ideal, after a lead; empty for ideal devices.</summary>
    public static string Of(Experiment experiment, string lead = "")
    {
        if (experiment.Hardware is not { } h)
            return "";
        (string Name, double Value)[] effects =
        [
            ("mismatch", h.Mismatch),
            ("neuron mismatch", h.NeuronMismatch),
            ("pair mismatch", h.PairMismatch),
            ("bits", h.Bits),
            .. (h.Ranges ?? new Dictionary<string, double>()).Select(r => ("range of " + r.Key, r.Value)),
            ("stuck", h.Stuck),
            ("drift", h.Drift),
            ("read noise", h.ReadNoise),
        ];
        string[] words = [.. effects.Where(e => e.Value > 0).Select(e => $"{e.Name} {Terminal.Short(e.Value)}")];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{lead}chip {h.Chip}: {(words.Length > 0 ? string.Join(", ", words) : "ideal devices")}"
        );
    }
}
