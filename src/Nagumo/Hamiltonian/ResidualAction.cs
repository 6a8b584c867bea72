using Nagumo.Compute;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Hamiltonian;

/// <summary>The action of layers in depth that diffusion joins, one sample: q = (u, v), P = N = D, M = −D with D = diag(g, −d).</summary>
/// <param name="recurrence">The layers; their machine belongs to the caller.</param>
internal sealed class ResidualAction(DepthRecurrence<double> recurrence) : LayeredAction
{
    private readonly State<double> _q = recurrence.CreateLayer(1),
        _p = recurrence.CreateLayer(1);
    private readonly Workspace<double> _workspace = new();

    // For Hessians: a lane for every direction.
    private State<double>[] _tangent = [];

    /// <summary>The layers.</summary>
    public DepthRecurrence<double> Recurrence => recurrence;

    /// <summary>What the layers are of.</summary>
    public Population Population => recurrence.Machine.Network.Populations[recurrence.Population];

    public override int Layers => recurrence.Layers;

    public override int Size(int l) => recurrence.Fields * recurrence.Size;

    public override double Signature(int l, int i) =>
        i < recurrence.Size ? Population.Scale : -Population.Scale * Population.Parameters[Population.Neuron!.Inhibitors[0].Tau.Name][0];

    public override Link LinkAbove(int l)
    {
        int n = Size(l);
        double[] d = [.. Enumerable.Range(0, n).Select(i => recurrence.Diffusion(i / recurrence.Size))];
        var mixed = new double[n * n];
        for (int i = 0; i < n; i++)
            mixed[i * n + i] = -d[i];
        return new(d, d, mixed);
    }

    public override double OnSite(int l, ReadOnlySpan<double> q)
    {
        var (machine, p) = (recurrence.Machine, recurrence.Population);
        Load(_q, q);
        machine.Site(p).Potential(_q.Fields(p), _p.X(p, 0), l * recurrence.Size);
        double sum = 0;
        for (int r = 0; r < recurrence.Size; r++)
            sum += _p.X(p, 0)[r, 0];
        _q.First = l * recurrence.Size;
        foreach (int c in recurrence.Layer(l).Couplings)
        {
            var coupling = machine.Network.Couplings[c];
            double[][] ends =
            [
                .. machine
                    .Ends(c)
                    .ToArray()
                    .Select(end => _q.At(end))
                    .Select(view => Enumerable.Range(0, view.Rows).Select(r => view[r, 0]).ToArray()),
            ];
            sum += coupling.Value(machine.Network.Shapes(coupling), ends, machine.ParametersOf(c));
        }
        return sum;
    }

    public override void OnSiteGradient(int l, ReadOnlySpan<double> q, Span<double> gradient)
    {
        Load(_q, q);
        _p.Clear();
        recurrence.Kick(l, _q, _p, _workspace);
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] = At(_p, i)[0, 0];
    }

    public override void OnSiteHessian(int l, ReadOnlySpan<double> q, Span<double> hessian)
    {
        int size = Size(l);
        if (_tangent.Length == 0)
            _tangent = [.. Enumerable.Range(0, 4).Select(_ => recurrence.CreateLayer(size))];
        var (x, p, dx, dp) = (_tangent[0], _tangent[1], _tangent[2], _tangent[3]);
        p.Clear();
        dx.Clear();
        dp.Clear();
        for (int i = 0; i < size; i++)
        {
            At(x, i).Fill(q[i]);
            At(dx, i)[0, i] = 1;
        }
        recurrence.TangentKick(l, x, p, dx, dp, _workspace);
        for (int i = 0; i < size; i++)
            At(dp, i).Read(hessian.Slice(i * size, size));
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
            energy += momentum * momentum / (2 * recurrence.Diffusion(i / recurrence.Size));
        }
        return energy;
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var state in (ReadOnlySpan<State<double>>)[_q, _p, .. _tangent])
            state.Dispose();
        _workspace.Dispose();
    }

    /// <summary>Element i of q: fields one after another.</summary>
    private MatView<double> At(State<double> s, int i) => s.X(recurrence.Population, i / recurrence.Size).Rows(i % recurrence.Size, 1);

    private void Load(State<double> s, ReadOnlySpan<double> q)
    {
        for (int i = 0; i < q.Length; i++)
            At(s, i)[0, 0] = q[i];
    }
}
