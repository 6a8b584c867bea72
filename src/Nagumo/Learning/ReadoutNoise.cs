using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Learning;

/// <summary>The readout map between states and contrasts: every field is read with an independent normal error. [DESIGN §3]</summary>
/// <param name="deviation">Standard deviation, in units of the state.</param>
/// <param name="rng">Each phase of each sample of each epoch has its own stream.</param>
internal sealed class ReadoutNoise<T>(double deviation, Rng rng)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Adds the errors to the lanes from <paramref name="at"/> on of a state that is read next and then thrown away.</summary>
    /// <param name="machine">The state's machine.</param>
    /// <param name="s">The state.</param>
    /// <param name="at">First lane.</param>
    /// <param name="samples">The lanes' samples.</param>
    /// <param name="epoch">Epoch.</param>
    /// <param name="phase">0 or 1 of the first pair of phases, 2 or 3 of the second, ….</param>
    /// <param name="scratch">Reused for every sample's stream.</param>
    public void Disturb(Machine<T> machine, State<T> s, int at, ReadOnlySpan<int> samples, int epoch, int phase, Rng scratch)
    {
        for (int lane = 0; lane < samples.Length; lane++)
        {
            rng.Split(((ulong)(phase / 2) << 56) | ((ulong)epoch << 33) | ((ulong)(uint)samples[lane] << 1) | (uint)(phase % 2), scratch);
            foreach (int p in machine.Network.Order)
                for (int f = 0; f < machine.Network.Populations[p].Fields; f++)
                {
                    var x = s.X(p, f);
                    for (int r = 0; r < x.Rows; r++)
                        x[r, at + lane] += T.CreateChecked(deviation * scratch.NextNormal());
                }
        }
    }
}
