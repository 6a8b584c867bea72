using Nagumo.Compute;

namespace Nagumo.Hamiltonian;

/// <summary>The action of a diffusive residual chain, one sample: q = (u, v), P = N = D, M = −D with D = diag(g, −d).</summary>
/// <param name="machine">The chain, with an on-site potential on every layer that is asked for one; belongs to the caller.</param>
/// <param name="layers">Layers, L + 1.</param>
internal sealed class ResidualAction(ChainMachine<double> machine, int layers) : LayeredAction
{
    private readonly LaneState<double> _state = machine.CreateState(1);
    private readonly GemmWorkspace<double> _workspace = new();

    /// <summary>The chain.</summary>
    public ChainMachine<double> Machine => machine;

    private int Neurons => machine.Chain.Trunk.Size;

    public override int Layers => layers;

    public override int Size(int l) => machine.Fields * Neurons;

    public override double Signature(int l, int i)
    {
        var trunk = machine.Chain.Trunk;
        return i < Neurons ? trunk.Scale : -trunk.Scale * trunk.Parameters[trunk.Neuron!.Inhibitors[0].Tau.Name][0];
    }

    public override Link LinkAbove(int l)
    {
        int n = Size(l);
        double[] d = [.. Enumerable.Range(0, n).Select(i => machine.Diffusion(i / Neurons))];
        var mixed = new double[n * n];
        for (int i = 0; i < n; i++)
            mixed[i * n + i] = -d[i];
        return new(d, d, mixed);
    }

    public override double OnSite(int l, ReadOnlySpan<double> q)
    {
        Load(q);
        return machine.Potential(l, _state, _workspace);
    }

    public override void OnSiteGradient(int l, ReadOnlySpan<double> q, Span<double> gradient)
    {
        Load(q);
        machine.Force(l, _state, _workspace);
        for (int f = 0; f < machine.Fields; f++)
        for (int r = 0; r < Neurons; r++)
            gradient[f * Neurons + r] = _state.Force[f].Row(r)[0];
    }

    public override void OnSiteHessian(int l, ReadOnlySpan<double> q, Span<double> hessian)
    {
        Load(q);
        machine.Slopes(l, _state, _workspace);
        int n = Neurons,
            size = Size(l);
        hessian.Clear();
        machine.Site.Curvature(_state.Q, _state.Curvature);
        for (int f = 0, k = 0; f < machine.Fields; f++)
        for (int g = f; g < machine.Fields; g++, k++)
        for (int r = 0; r < n; r++)
            hessian[(f * n + r) * size + g * n + r] = hessian[(g * n + r) * size + f * n + r] = _state.Curvature[k].Row(r)[0];
        var weights = machine.K[l].Value;
        for (int j = 0; j < weights.Rows; j++)
        {
            var row = weights.Row(j);
            double factor = -machine.Strength * _state.Slope.Row(j)[0];
            for (int a = 0; a < n; a++)
            for (int b = 0; b < n; b++)
                hessian[a * size + b] += factor * row[a] * row[b];
        }
    }

    /// <summary>The spatial Hamiltonian times the step, ½ pᵀD⁻¹p − U_l(q): conserved along depth as far as the step is small and layers are equal.</summary>
    /// <remarks>
    /// With D = G/h and U = h V it is h · [½ pᵀG⁻¹p − V(q)]: the potential is inverted, and a cubic neuron escapes beyond its barriers. The
    /// map is symplectic Euler for it: first order in h at the incoming momentum, second at the centred one, p + ½ U_l'(q).
    /// </remarks>
    /// <param name="l">Layer.</param>
    /// <param name="q">q_l.</param>
    /// <param name="p">p_l, incoming.</param>
    /// <param name="centred">Whether to take the centred momentum.</param>
    public double SpatialHamiltonian(int l, ReadOnlySpan<double> q, ReadOnlySpan<double> p, bool centred = true)
    {
        var kick = new double[q.Length];
        OnSiteGradient(l, q, kick);
        double energy = -OnSite(l, q);
        for (int i = 0; i < q.Length; i++)
        {
            double momentum = p[i] + (centred ? kick[i] / 2 : 0);
            energy += momentum * momentum / (2 * machine.Diffusion(i / Neurons));
        }
        return energy;
    }

    public override void Dispose()
    {
        base.Dispose();
        _state.Dispose();
        _workspace.Dispose();
    }

    private void Load(ReadOnlySpan<double> q)
    {
        for (int f = 0; f < machine.Fields; f++)
        for (int r = 0; r < Neurons; r++)
            _state.Q[f].Row(r)[0] = q[f * Neurons + r];
    }
}
