(* The theorems for sets.

   distance_to K z is the distance from z to the set K, an infimum of Euclidean distances: 1-Lipschitz
   and nonnegative, 0 on K (and 0 everywhere for the empty K). Classes are sets K_0, ..., K_(n-1),
   pairwise disjoint; the mass of K_i is that of the open set of its points at a positive distance
   from the complement, its interior. For z in K_i the class radius r(z) = Sum_j (distance to the
   complement of K_j) is the distance to the complement of K_i ([class_radius_member]). With the
   masses p_i > 0, Sum p_i = 1:
     E r <= gamma(||p||^2) if max p <= P; E r <= g(||p||^2) if max p <= p* or ||p||^2 <= s-hat. *)
From Coq Require Import Reals Lra Lia Psatz List Classical_Prop.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Gamma Normal Tail TalkThreshold TalkTheorem HalfspaceRadius.
From ClassRadius Require Import GaussianExpectation GaussianSpace LayerCake Unconditional.
Open Scope R_scope.

(* ---- The distance to a set ---- *)

Lemma plane_triangle (a b c e : R) :
  sqrt ((a + b) ^ 2 + (c + e) ^ 2) <= sqrt (a ^ 2 + c ^ 2) + sqrt (b ^ 2 + e ^ 2).
Proof.
  assert (A := pow2_ge_0 a). assert (B := pow2_ge_0 b).
  assert (C := pow2_ge_0 c). assert (E := pow2_ge_0 e).
  assert (X : 0 <= a ^ 2 + c ^ 2) by lra. assert (Y : 0 <= b ^ 2 + e ^ 2) by lra.
  assert (SX := sqrt_sqrt _ X). assert (SY := sqrt_sqrt _ Y).
  assert (PX := sqrt_pos (a ^ 2 + c ^ 2)). assert (PY := sqrt_pos (b ^ 2 + e ^ 2)).
  set (x := sqrt (a ^ 2 + c ^ 2)) in *. set (y := sqrt (b ^ 2 + e ^ 2)) in *.
  rewrite <- (sqrt_square (x + y)) by lra. apply sqrt_le_1_alt.
  assert (K : a * b + c * e <= x * y).
  { apply Rsqr_incr_0_var; [|now apply Rmult_le_pos]. unfold Rsqr.
    replace (x * y * (x * y)) with ((x * x) * (y * y)) by ring. rewrite SX, SY.
    assert (0 <= (a * e - b * c) ^ 2) by apply pow2_ge_0. nra. }
  nra.
Qed.

Lemma distance_triangle (d : nat) (z y w : space d) :
  distance d z w <= distance d z y + distance d y w.
Proof.
  induction d as [|d IH]; [unfold distance; simpl; rewrite sqrt_0; lra|].
  specialize (IH (snd z) (snd y) (snd w)).
  assert (F : forall s t : space (S d),
    distance (S d) s t = sqrt ((fst s - fst t) ^ 2 + distance d (snd s) (snd t) ^ 2)).
  { intros s t. rewrite distance_square. reflexivity. }
  rewrite !F. assert (D := distance_pos d (snd z) (snd w)).
  apply Rle_trans with (2 := plane_triangle _ _ _ _). apply sqrt_le_1_alt, Rplus_le_compat.
  - right. f_equal. ring.
  - apply pow_incr. lra.
Qed.

Definition distance_to (d : nat) (K : space d -> Prop) (z : space d) : R :=
  real (Glb_Rbar (fun r => exists w, K w /\ r = distance d z w)).

Lemma distance_to_empty (d : nat) (K : space d -> Prop) (z : space d) :
  (forall w, ~ K w) -> distance_to d K z = 0.
Proof.
  intro N. unfold distance_to. rewrite (is_glb_Rbar_unique _ p_infty); [reflexivity|]. split.
  - intros x [w [W _]]. now elim (N w).
  - intros b _. now destruct b.
Qed.

Lemma distance_to_glb (d : nat) (K : space d -> Prop) (z w : space d) : K w ->
  is_glb_Rbar (fun r => exists w, K w /\ r = distance d z w) (distance_to d K z).
Proof.
  intro W. unfold distance_to. assert (G := Glb_Rbar_correct (fun r => exists w, K w /\ r = distance d z w)).
  destruct (Glb_Rbar _) as [l| |]; [exact G| |]; exfalso.
  - apply (proj1 G (distance d z w)). now exists w.
  - apply (proj2 G 0). intros x [y [_ ->]]. apply distance_pos.
Qed.

Lemma distance_to_le (d : nat) (K : space d -> Prop) (z w : space d) : K w ->
  distance_to d K z <= distance d z w.
Proof. intro W. apply (proj1 (distance_to_glb d K z w W)). now exists w. Qed.

Lemma distance_to_ge (d : nat) (K : space d -> Prop) (z w : space d) (c : R) : K w ->
  (forall y, K y -> c <= distance d z y) -> c <= distance_to d K z.
Proof.
  intros W H. apply (proj2 (distance_to_glb d K z w W) c). intros x [y [Y ->]]. now apply H.
Qed.

Lemma distance_to_nonneg (d : nat) (K : space d -> Prop) (z : space d) : 0 <= distance_to d K z.
Proof.
  destruct (classic (exists w, K w)) as [[w W]|N].
  - apply (distance_to_ge d K z w); [exact W|]. intros; apply distance_pos.
  - rewrite distance_to_empty; [lra|]. intros w W. apply N. now exists w.
Qed.

Lemma distance_to_member (d : nat) (K : space d -> Prop) (z : space d) : K z -> distance_to d K z = 0.
Proof.
  intro Z. apply Rle_antisym; [|apply distance_to_nonneg].
  apply Rle_trans with (1 := distance_to_le d K z z Z). unfold distance.
  rewrite square_distance_same, sqrt_0. lra.
Qed.

Theorem distance_to_like (d : nat) (K : space d -> Prop) : distance_like d (distance_to d K).
Proof.
  split; [|apply distance_to_nonneg]. intros z y. rewrite Rmult_1_l.
  destruct (classic (exists w, K w)) as [[w W]|N].
  - assert (H : forall s t, distance_to d K s - distance d s t <= distance_to d K t).
    { intros s t. apply (distance_to_ge d K t w); [exact W|]. intros x X.
      assert (A := distance_to_le d K s x X). assert (T := distance_triangle d s t x). lra. }
    assert (A := H z y). assert (B := H y z). rewrite (distance_sym d y z) in B.
    apply Rabs_le. lra.
  - rewrite !distance_to_empty by (intros w W; apply N; now exists w).
    rewrite Rminus_eq_0, Rabs_R0. apply distance_pos.
Qed.

(* ---- Classes ---- *)

Definition complement (d : nat) (K : space d -> Prop) (z : space d) : Prop := ~ K z.

(* The distance to the complement: positive in the interior of K. *)
Definition depth (d : nat) (K : space d -> Prop) : space d -> R := distance_to d (complement d K).

(* The mass of the interior of K. *)
Definition set_mass (d : nat) (K : space d -> Prop) : R := mass_positive d (depth d K).

(* The same under another law. *)
Definition law_set_mass (d : nat) (E : (space d -> R) -> R) (K : space d -> Prop) : R :=
  law_mass d E (depth d K).

Definition disjoint (d : nat) (n : nat) (K : nat -> space d -> Prop) : Prop :=
  forall i j z, (i < n)%nat -> (j < n)%nat -> K i z -> K j z -> i = j.

Definition depths (d n : nat) (K : nat -> space d -> Prop) : list (space d -> R) :=
  map (fun i => depth d (K i)) (seq 0 n).

Definition set_masses (d n : nat) (K : nat -> space d -> Prop) : list R :=
  map (fun i => set_mass d (K i)) (seq 0 n).

Lemma masses_of_depths (d n : nat) (K : nat -> space d -> Prop) :
  map (mass_positive d) (depths d n K) = set_masses d n K.
Proof. unfold depths, set_masses. now rewrite map_map. Qed.

Lemma depth_outside (d : nat) (K : space d -> Prop) (z : space d) : ~ K z -> depth d K z = 0.
Proof. apply (distance_to_member d (complement d K)). Qed.

(* In K_i the class radius is the distance to the complement of K_i. *)
Theorem class_radius_member (d n : nat) (K : nat -> space d -> Prop) (i : nat) (z : space d) :
  disjoint d n K -> (i < n)%nat -> K i z -> class_radius d (depths d n K) z = depth d (K i) z.
Proof.
  intros D I Z.
  assert (G : forall l, NoDup l -> (forall j, In j l -> (j < n)%nat) ->
    sum (map (fun j => depth d (K j) z) l) = if in_dec PeanoNat.Nat.eq_dec i l then depth d (K i) z else 0).
  { induction l as [|j l IH]; intros N L; [reflexivity|]. inversion N as [|? ? M N']; subst.
    specialize (IH N' (fun k H => L k (or_intror H))). cbn [map sum fold_right].
    fold (sum (map (fun j => depth d (K j) z) l)).
    rewrite IH.
    destruct (in_dec PeanoNat.Nat.eq_dec i (j :: l)) as [A|A],
      (in_dec PeanoNat.Nat.eq_dec i l) as [B|B]; simpl in A.
    - rewrite (depth_outside d (K j)); [ring|]. intro Y. apply M.
      now rewrite (D j i z (L j (or_introl eq_refl)) I Y Z).
    - destruct A as [->|A]; [ring|contradiction].
    - tauto.
    - rewrite (depth_outside d (K j)); [ring|]. intro Y. apply A. left.
      exact (D j i z (L j (or_introl eq_refl)) I Y Z). }
  unfold class_radius, depths. rewrite map_map, G.
  - destruct (in_dec PeanoNat.Nat.eq_dec i (seq 0 n)) as [_|N]; [reflexivity|].
    elim N. apply in_seq. lia.
  - apply seq_NoDup.
  - intros j J. apply in_seq in J. lia.
Qed.

Lemma in_depths (d n : nat) (K : nat -> space d -> Prop) (A : R -> Prop) :
  (forall i, (i < n)%nat -> A (set_mass d (K i))) ->
  forall u, In u (depths d n K) -> distance_like d u /\ A (mass_positive d u).
Proof.
  intros H u U. apply in_map_iff in U. destruct U as [i [<- I]]. split; [apply distance_to_like|].
  apply H. apply in_seq in I. lia.
Qed.

Theorem talk_theorem_sets (d n : nat) (K : nat -> space d -> Prop) :
  (forall i, (i < n)%nat -> 0 < set_mass d (K i) <= talk_threshold) ->
  sum (set_masses d n K) = 1 ->
  expect d (class_radius d (depths d n K)) <= gamma (collision (set_masses d n K)).
Proof.
  intros H S. rewrite <- masses_of_depths in *. apply talk_theorem_unconditional; [|exact S].
  now apply (in_depths d n K (fun x => 0 < x <= talk_threshold)).
Qed.

Theorem sharp_theorem_sets (d n : nat) (K : nat -> space d -> Prop) :
  (forall i, (i < n)%nat -> 0 < set_mass d (K i) <= concavity_threshold) ->
  sum (set_masses d n K) = 1 ->
  expect d (class_radius d (depths d n K)) <= halfspace_radius (collision (set_masses d n K)).
Proof.
  intros H S. rewrite <- masses_of_depths in *. apply sharp_theorem_unconditional; [|exact S].
  now apply (in_depths d n K (fun x => 0 < x <= concavity_threshold)).
Qed.

Theorem sharp_theorem_collision_sets (d n : nat) (K : nat -> space d -> Prop) :
  (forall i, (i < n)%nat -> 0 < set_mass d (K i)) ->
  sum (set_masses d n K) = 1 ->
  collision (set_masses d n K) <= assumption_free_threshold ->
  expect d (class_radius d (depths d n K)) <= halfspace_radius (collision (set_masses d n K)).
Proof.
  intros H S C. rewrite <- masses_of_depths in *. apply sharp_theorem_collision; trivial.
  now apply (in_depths d n K (fun x => 0 < x)).
Qed.
